package dev.unembed.engine.text;

import dev.unembed.engine.InvalidInput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The text side of a model. A folder without tokenizer.json has one too: it knows ids only. */
public interface Tokenizer {
    /**
     * Reads the tokenizer of a model folder.
     *
     * @param vocabularySize rows of the model's embedding, which may exceed the tokens in the file
     * @param nCtx tokens the model reads at most; bounds the length of a text before it is tokenised
     * @param configBosId the BOS id of the model's config, or {@link BosRule#NONE}
     * @throws InvalidInput if tokenizer.json or tokenizer_config.json isn't sound
     */
    static Tokenizer open(Path folder, int vocabularySize, int nCtx, int configBosId) {
        return TokenizerFiles.open(folder, vocabularySize, nCtx, configBosId);
    }

    /** False for a folder without {@code tokenizer.json}: then only ids are accepted, and shown. */
    boolean knowsText();

    /** @throws dev.unembed.engine.InvalidInput when this tokenizer knows no text, or the text can't be encoded */
    TokenizedPrompt encode(String text, BosPolicy bos);

    /** The tokens of given ids; a BOS token is prepended if the policy is ALWAYS and none is there. */
    TokenizedPrompt ofIds(int[] ids, BosPolicy bos);

    /** The text of one token, a leading space included; {@code #id} when this tokenizer knows no text. */
    String text(int id);

    int vocabularySize();

    /**
     * The token that a text is.
     *
     * @throws InvalidInput if it isn't exactly one; the message offers what would be
     */
    int singleToken(String text);

    /** What the model's files say about its BOS token. */
    BosRule bos();

    /** What every tokenizer does alike: ids and the BOS policy. */
    abstract class Base implements Tokenizer {
        private final int vocabularySize;
        private final BosRule bos;

        Base(int vocabularySize, BosRule bos) {
            this.vocabularySize = vocabularySize;
            this.bos = bos;
        }

        @Override
        public int vocabularySize() {
            return vocabularySize;
        }

        @Override
        public BosRule bos() {
            return bos;
        }

        @Override
        public TokenizedPrompt ofIds(int[] ids, BosPolicy policy) {
            List<TokenizedPrompt.Token> tokens = new ArrayList<>();
            for (int id : ids) {
                tokens.add(new TokenizedPrompt.Token(requireKnown(id), text(id), -1, -1));
            }
            // ids are taken as they are unless a BOS token is asked for outright
            boolean wanted = policy == BosPolicy.ALWAYS;
            return withBos(tokens, wanted, policy, List.of());
        }

        /** Puts the BOS token in front if it is wanted and isn't there. */
        TokenizedPrompt withBos(
                List<TokenizedPrompt.Token> tokens, boolean wanted, BosPolicy policy, List<String> warnings) {
            if (policy == BosPolicy.ALWAYS && !bos.known()) {
                throw new InvalidInput("bos is 'always', but this model's files name no BOS token."
                        + " Use 'default', or give its id in \"tokens\".");
            }
            boolean there =
                    !tokens.isEmpty() && bos.known() && tokens.getFirst().id() == bos.id();
            if (!wanted || there || !bos.known()) {
                return new TokenizedPrompt(tokens, false, warnings);
            }
            List<TokenizedPrompt.Token> all = new ArrayList<>();
            all.add(new TokenizedPrompt.Token(bos.id(), text(bos.id()), -1, -1));
            all.addAll(tokens);
            return new TokenizedPrompt(all, true, warnings);
        }

        int requireKnown(int id) {
            if (id < 0 || id >= vocabularySize) {
                throw new InvalidInput(
                        "Token id " + id + " is out of range; this model's ids are 0 to " + (vocabularySize - 1) + ".");
            }
            return id;
        }
    }
}
