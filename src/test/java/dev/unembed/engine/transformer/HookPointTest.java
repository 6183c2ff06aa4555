package dev.unembed.engine.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.transformer.HookPoint.Site;
import org.junit.jupiter.api.Test;

class HookPointTest {
    @Test
    void isSpelledAsInTransformerLens() {
        assertThat(HookPoint.at(Site.Z, 3)).hasToString("blocks.3.attn.hook_z");
        assertThat(HookPoint.at(Site.RESID_MID, 0)).hasToString("blocks.0.hook_resid_mid");
        assertThat(HookPoint.of(Site.LN_FINAL_SCALE)).hasToString("ln_final.hook_scale");
    }

    @Test
    void everyPointParsesFromItsName() {
        for (Site site : Site.values()) {
            HookPoint point = site.inBlock() ? HookPoint.at(site, 12) : HookPoint.of(site);
            assertThat(HookPoint.parse(point.toString())).isEqualTo(point);
        }
    }

    @Test
    void unknownNamesListTheKnownOnes() {
        assertThatThrownBy(() -> HookPoint.parse("blocks.1.hook_nothing"))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("blocks.1.hook_nothing")
                .hasMessageContaining("blocks.N.attn.hook_z");
        assertThatThrownBy(() -> HookPoint.parse("hook_resid_pre")).isInstanceOf(InvalidInput.class);
    }
}
