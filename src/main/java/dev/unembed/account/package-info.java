/**
 * Who acts: accounts, how they sign in, and their API tokens.
 *
 * <p>Read first: {@link dev.unembed.account.Actor} (what every service method is given), {@link
 * dev.unembed.account.AccountService} (what can be done), {@link dev.unembed.account.SignIn} (a password, a session or a
 * token turned into an actor).
 *
 * <p>Words: the <em>administrator</em> manages accounts and models, and is a stranger to workspaces of others like
 * everybody else; a token's <em>secret</em> is shown once and stored as its SHA-256.
 */
@NullMarked
package dev.unembed.account;

import org.jspecify.annotations.NullMarked;
