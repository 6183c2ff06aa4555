package dev.unembed.engine.transformer;

import dev.unembed.engine.InvalidInput;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A named place in the forward pass, spelled as in TransformerLens: {@code hook_embed}, {@code blocks.3.attn.hook_z}.
 *
 * @param layer the block, or {@link #OUTSIDE} for a place outside the blocks
 */
public record HookPoint(Site site, int layer) {
    public static final int OUTSIDE = -1;

    private static final Pattern IN_BLOCK = Pattern.compile("blocks\\.(\\d{1,6})\\.(.+)");

    public HookPoint {
        if (site.inBlock() != (layer >= 0)) {
            throw new IllegalArgumentException(site + (site.inBlock() ? " needs a block" : " is in no block"));
        }
    }

    public static HookPoint of(Site site) {
        return new HookPoint(site, OUTSIDE);
    }

    public static HookPoint at(Site site, int layer) {
        return new HookPoint(site, layer);
    }

    /** @throws InvalidInput listing the known names */
    public static HookPoint parse(String name) {
        Matcher matcher = IN_BLOCK.matcher(name);
        boolean inBlock = matcher.matches();
        String siteName = inBlock ? matcher.group(2) : name;
        return Arrays.stream(Site.values())
                .filter(s -> s.inBlock() == inBlock && s.text().equals(siteName))
                .findFirst()
                .map(s -> new HookPoint(s, inBlock ? Integer.parseInt(matcher.group(1)) : OUTSIDE))
                .orElseThrow(() -> new InvalidInput("There is no hook point '" + name + "'; known are "
                        + Arrays.stream(Site.values())
                                .map(s -> (s.inBlock() ? "blocks.N." : "") + s.text())
                                .collect(Collectors.joining(", "))
                        + "."));
    }

    @Override
    public String toString() {
        return site.inBlock() ? "blocks." + layer + "." + site.text() : site.text();
    }

    /** The places, in the order in which a pass comes by them. */
    public enum Site {
        /** The tokens' vectors as the stream gets them: scaled and normalised where the model does so. */
        EMBED("hook_embed", false, "batch", "pos", "d_model"),
        POS_EMBED("hook_pos_embed", false, "batch", "pos", "d_model"),
        RESID_PRE("hook_resid_pre", true, "batch", "pos", "d_model"),
        /** What the norm divides by. */
        LN1_SCALE("ln1.hook_scale", true, "batch", "pos", "1"),
        /** LayerNorm: after gain and bias; RMSNorm: before the gain. TransformerLens has it so. */
        LN1_NORMALIZED("ln1.hook_normalized", true, "batch", "pos", "d_model"),
        Q("attn.hook_q", true, "batch", "pos", "head", "d_head"),
        K("attn.hook_k", true, "batch", "pos", "kv_head", "d_head"),
        V("attn.hook_v", true, "batch", "pos", "kv_head", "d_head"),
        ROT_Q("attn.hook_rot_q", true, "batch", "pos", "head", "d_head"),
        ROT_K("attn.hook_rot_k", true, "batch", "pos", "kv_head", "d_head"),
        /** Scaled and masked: minus infinity where the key is after the query. */
        ATTN_SCORES("attn.hook_attn_scores", true, "batch", "head", "query", "key"),
        PATTERN("attn.hook_pattern", true, "batch", "head", "query", "key"),
        Z("attn.hook_z", true, "batch", "pos", "head", "d_head"),
        /** The second norm, of models that have one before attention and one after it. */
        LN1_POST_SCALE("ln1_post.hook_scale", true, "batch", "pos", "1"),
        LN1_POST_NORMALIZED("ln1_post.hook_normalized", true, "batch", "pos", "d_model"),
        /** What attention adds to the stream: after a norm that follows it. */
        ATTN_OUT("hook_attn_out", true, "batch", "pos", "d_model"),
        /** The stream after attention; models whose attention and MLP run in parallel have none. */
        RESID_MID("hook_resid_mid", true, "batch", "pos", "d_model"),
        LN2_SCALE("ln2.hook_scale", true, "batch", "pos", "1"),
        LN2_NORMALIZED("ln2.hook_normalized", true, "batch", "pos", "d_model"),
        /** What the nonlinearity is applied to. */
        MLP_PRE("mlp.hook_pre", true, "batch", "pos", "d_mlp"),
        /** What a gated MLP's gate is multiplied with. */
        MLP_PRE_LINEAR("mlp.hook_pre_linear", true, "batch", "pos", "d_mlp"),
        MLP_POST("mlp.hook_post", true, "batch", "pos", "d_mlp"),
        LN2_POST_SCALE("ln2_post.hook_scale", true, "batch", "pos", "1"),
        LN2_POST_NORMALIZED("ln2_post.hook_normalized", true, "batch", "pos", "d_model"),
        /** What the MLP adds to the stream: after a norm that follows it. */
        MLP_OUT("hook_mlp_out", true, "batch", "pos", "d_model"),
        RESID_POST("hook_resid_post", true, "batch", "pos", "d_model"),
        LN_FINAL_SCALE("ln_final.hook_scale", false, "batch", "pos", "1"),
        LN_FINAL_NORMALIZED("ln_final.hook_normalized", false, "batch", "pos", "d_model");

        private final String text;
        private final boolean inBlock;
        private final List<String> axes;

        Site(String text, boolean inBlock, String... axes) {
            this.text = text;
            this.inBlock = inBlock;
            this.axes = List.of(axes);
        }

        public String text() {
            return text;
        }

        public boolean inBlock() {
            return inBlock;
        }

        public List<String> axes() {
            return axes;
        }
    }
}
