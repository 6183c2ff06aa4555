package dev.unembed.account;

/** Who acts. Passed to every service method explicitly, so that a check can't depend on a thread's context. */
public record Actor(long id, String username, String displayName, boolean admin) {}
