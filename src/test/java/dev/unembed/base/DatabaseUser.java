package dev.unembed.base;

import java.nio.file.Path;

/** A process that uses the embedded database of a folder until its standard input ends. */
final class DatabaseUser {
    private DatabaseUser() {}

    /** @param arguments the data folder, and the folder of PostgreSQL's programs */
    public static void main(String... arguments) throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.open(Path.of(arguments[0]), Path.of(arguments[1]))) {
            Terminal.say("ready " + database.jdbcUrl() + " " + database.user() + " " + database.password());
            while (System.in.read() >= 0) {
                // waits for the end
            }
        }
    }
}
