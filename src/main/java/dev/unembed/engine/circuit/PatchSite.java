package dev.unembed.engine.circuit;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.transformer.HookPoint;
import java.util.Arrays;

/** What is patched. */
public enum PatchSite {
    RESID_PRE("resid_pre", HookPoint.Site.RESID_PRE),
    ATTN_OUT("attn_out", HookPoint.Site.ATTN_OUT),
    MLP_OUT("mlp_out", HookPoint.Site.MLP_OUT),
    /** One head's z. */
    HEAD("head", HookPoint.Site.Z);

    private final String text;
    private final HookPoint.Site hookSite;

    PatchSite(String text, HookPoint.Site hookSite) {
        this.text = text;
        this.hookSite = hookSite;
    }

    HookPoint.Site hookSite() {
        return hookSite;
    }

    @JsonValue
    public String text() {
        return text;
    }

    @JsonCreator
    public static PatchSite of(String text) {
        return Arrays.stream(values())
                .filter(site -> site.text.equals(text))
                .findFirst()
                .orElseThrow(() ->
                        new InvalidInput("site is '" + text + "'; expected resid_pre, attn_out, mlp_out or head."));
    }
}
