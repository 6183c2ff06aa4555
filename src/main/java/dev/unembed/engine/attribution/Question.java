package dev.unembed.engine.attribution;

/**
 * What is attributed: a prompt's last position, and the tokens that compete there.
 *
 * @param ids of the prompt; not copied, and nobody writes to them
 * @param answer token whose logit is explained
 * @param foil token whose logit is subtracted, or {@link #NO_FOIL}
 */
@SuppressWarnings("ArrayRecordComponent")
public record Question(int[] ids, int answer, int foil) {
    public static final int NO_FOIL = -1;

    public boolean hasFoil() {
        return foil != NO_FOIL;
    }
}
