package dev.unembed.engine.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import dev.unembed.engine.InvalidInput;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A Hugging Face {@code tokenizer.json}, run by the library that made it. */
final class HubTokenizer extends Tokenizer.Base {
    /** Text has about four characters a token; sixteen leave room for code and long words, and stop a novel at once. */
    private static final int MAX_CHARACTERS_PER_TOKEN = 16;

    private static final Cleaner CLEANER = Cleaner.create();

    private final HuggingFaceTokenizer library;
    private final @Nullable String[] pieces;
    private final PieceText pieceText;
    private final int nCtx;

    HubTokenizer(
            HuggingFaceTokenizer library,
            @Nullable String[] pieces,
            PieceText pieceText,
            int vocabularySize,
            int nCtx,
            BosRule bos) {
        super(vocabularySize, bos);
        this.library = library;
        this.pieces = pieces;
        this.pieceText = pieceText;
        this.nCtx = nCtx;
        CLEANER.register(this, library::close); // native memory, held as long as any model or folder refers to this
    }

    @Override
    public boolean knowsText() {
        return true;
    }

    @Override
    public TokenizedPrompt encode(String text, BosPolicy policy) {
        requireReadable(text);
        List<TokenizedPrompt.Token> tokens = tokens(text);
        boolean wanted = switch (policy) {
            case ALWAYS -> true;
            case NEVER -> false;
            case DEFAULT -> bos().prependedByDefault();
        };
        return withBos(tokens, wanted, policy, warnings(text));
    }

    @Override
    public String text(int id) {
        String piece = pieces[requireKnown(id)];
        if (piece == null) {
            // an added token, or a row of the embedding that no token uses
            String decoded = library.decode(new long[] {id}, false);
            return decoded.isEmpty() ? "#" + id : decoded;
        }
        return pieceText.readable(piece);
    }

    @Override
    public int singleToken(String text) {
        requireReadable(text);
        if (text.isEmpty()) {
            throw new InvalidInput("A tracked token is empty; give its text or its id.");
        }
        List<TokenizedPrompt.Token> tokens = tokens(text);
        if (tokens.size() == 1) {
            return tokens.getFirst().id();
        }
        String offer = Stream.of(" " + text, text.strip(), " " + text.strip())
                .filter(variant -> !variant.isBlank() && tokens(variant).size() == 1)
                .findFirst()
                .map(variant -> "'" + variant + "' is one. ")
                .orElse("");
        String split = tokens.stream()
                .limit(8)
                .map(t -> "'" + t.text() + "' (" + t.id() + ")")
                .collect(Collectors.joining(" + "));
        throw new InvalidInput("'" + abbreviate(text) + "' isn't one token of this model: it reads as " + split
                + (tokens.size() > 8 ? " …" : "") + ". " + offer + "Track one of these, or give an id.");
    }

    private List<TokenizedPrompt.Token> tokens(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        Encoding encoding;
        try {
            encoding = library.encode(text, false, false);
        } catch (RuntimeException e) {
            throw new InvalidInput("The text can't be tokenised: " + e.getMessage(), e);
        }
        long[] ids = encoding.getIds();
        @Nullable CharSpan[] spans = encoding.getCharTokenSpans();
        int[] utf16 = utf16OfCodePoints(text);
        List<TokenizedPrompt.Token> tokens = new ArrayList<>(ids.length);
        int previousEnd = 0;
        for (int i = 0; i < ids.length; i++) {
            int id = requireKnown((int) ids[i]);
            CharSpan span = spans[i];
            if (span == null) {
                tokens.add(new TokenizedPrompt.Token(id, text(id), -1, -1));
                continue;
            }
            int start = utf16[Math.min(span.getStart(), utf16.length - 1)];
            int end = utf16[Math.min(span.getEnd(), utf16.length - 1)];
            // some files trim the space that the piece begins with off its span: give it back
            if (start > previousEnd && text.substring(previousEnd, start).isBlank()) {
                start = previousEnd;
            }
            tokens.add(new TokenizedPrompt.Token(id, text(id), start, end));
            previousEnd = Math.max(previousEnd, end);
        }
        return tokens;
    }

    /** The library counts whole code points; strings here count UTF-16 units. */
    private static int[] utf16OfCodePoints(String text) {
        int[] offsets = new int[text.codePointCount(0, text.length()) + 1];
        int at = 0;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = at;
            if (at < text.length()) {
                at += Character.charCount(text.codePointAt(at));
            }
        }
        return offsets;
    }

    private void requireReadable(String text) {
        Objects.requireNonNull(text);
        long limit = (long) MAX_CHARACTERS_PER_TOKEN * nCtx;
        if (text.length() > limit) {
            throw new InvalidInput("The text has " + text.length() + " characters; this model reads " + nCtx
                    + " tokens, so texts beyond " + limit + " characters are refused before they are tokenised."
                    + " Shorten it.");
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new InvalidInput(
                        "The text isn't valid Unicode: half of a surrogate pair stands alone at character " + i + ".");
            }
        }
    }

    private static List<String> warnings(String text) {
        List<String> warnings = new ArrayList<>();
        if (text.endsWith(" ")) {
            warnings.add("The text ends with a space. Most tokens begin with one, so the model will rarely continue as"
                    + " meant; remove it.");
        } else if (!text.isEmpty() && Character.isWhitespace(text.charAt(text.length() - 1))) {
            warnings.add("The text ends with white space, which is a token of its own.");
        }
        if (text.startsWith(" ")) {
            warnings.add("The text begins with a space.");
        }
        if (text.strip().contains("  ")) {
            warnings.add("The text has two spaces in a row; they are tokenised differently from one.");
        }
        return warnings;
    }

    private static String abbreviate(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
}
