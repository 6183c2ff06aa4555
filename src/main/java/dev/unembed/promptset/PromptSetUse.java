package dev.unembed.promptset;

/** A feature that refers to prompt sets offers a bean of this type: what it refers to can't be deleted. */
public interface PromptSetUse {
    /** How many things refer to any version of the set. */
    long count(long promptSetId);

    /** What they are, for a message: {@code hypothesis}. */
    String singular();
}
