package dev.unembed.engine.prompt;

/**
 * Which stored prompt set a run's examples came from. The engine never looks it up: examples travel with the run.
 *
 * @param version from 1; versions never change
 */
public record PromptSetRef(long id, int version) {}
