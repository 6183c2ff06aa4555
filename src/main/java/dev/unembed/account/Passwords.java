package dev.unembed.account;

import dev.unembed.engine.InvalidInput;
import io.quarkus.elytron.security.common.BcryptUtil;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/** What a password must be, and how it is kept: bcrypt, never on an I/O thread, it takes a fifth of a second. */
final class Passwords {
    static final int MIN_LENGTH = 8;

    /** bcrypt reads no further: a longer password would be cut silently. */
    static final int MAX_BYTES = 72;

    private static final int COST_LOG2 = 12;

    /** Verified against when there is no such account, so that the time taken doesn't tell which names exist. */
    private static final String NOBODYS_HASH = BcryptUtil.bcryptHash("nobody's", COST_LOG2);

    /** Without those that look alike (0 O, 1 l I). */
    private static final String READABLE = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

    private Passwords() {}

    static String hash(String password) {
        return BcryptUtil.bcryptHash(password, COST_LOG2);
    }

    static boolean matches(String password, String hash) {
        return password.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES && BcryptUtil.matches(password, hash);
    }

    static void matchNobody(String password) {
        BcryptUtil.matches(password, NOBODYS_HASH);
    }

    static void requireAcceptable(String password) {
        int length = password.codePointCount(0, password.length());
        if (length < MIN_LENGTH) {
            throw new InvalidInput(
                    "The password has %d characters; it needs at least %d.".formatted(length, MIN_LENGTH));
        }
        int bytes = password.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
            throw new InvalidInput(
                    "The password takes %d bytes; at most %d are read. Shorten it.".formatted(bytes, MAX_BYTES));
        }
    }

    /** 20 characters, about 116 bits. */
    static String random() {
        SecureRandom random = new SecureRandom();
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            password.append(READABLE.charAt(random.nextInt(READABLE.length())));
        }
        return password.toString();
    }
}
