package dev.unembed.engine.text;

import dev.unembed.engine.InvalidInput;

/** The tokenizer of a folder that has none: ids in, {@code #id} out. */
final class IdsOnlyTokenizer extends Tokenizer.Base {
    IdsOnlyTokenizer(int vocabularySize, BosRule bos) {
        super(vocabularySize, bos);
    }

    @Override
    public boolean knowsText() {
        return false;
    }

    @Override
    public TokenizedPrompt encode(String text, BosPolicy policy) {
        throw new InvalidInput("This model's folder has no tokenizer.json, so it reads token ids only: give \"tokens\""
                + " instead of \"prompt\".");
    }

    @Override
    public int singleToken(String text) {
        throw new InvalidInput(
                "This model's folder has no tokenizer.json: track tokens by id instead of by text '" + text + "'.");
    }

    @Override
    public String text(int id) {
        return "#" + requireKnown(id);
    }
}
