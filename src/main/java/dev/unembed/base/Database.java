package dev.unembed.base;

import dev.unembed.engine.InvalidInput;
import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Plain SQL in the caller's transaction, or in one of its own per statement where there is none. For statements that an
 * object mapping would only hide: keyset pages, fenced {@code update … returning}, notifications. It sees what was
 * changed in entities only after a flush.
 */
@ApplicationScoped
public class Database {
    /** Reads one row; the cursor stands on it already. */
    @FunctionalInterface
    public interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** A statement failed for a reason no user can mend. */
    public static final class DatabaseFailure extends RuntimeException {
        DatabaseFailure(String sql, SQLException cause) {
            super(cause.getMessage() + " [" + cause.getSQLState() + "] in: " + sql, cause);
        }

        /** PostgreSQL's SQLSTATE, such as {@code 23505} for a second row under a unique key. */
        public @Nullable String state() {
            return getCause() instanceof SQLException cause ? cause.getSQLState() : null;
        }
    }

    private final AgroalDataSource dataSource;

    Database(AgroalDataSource dataSource) {
        this.dataSource = dataSource;
    }

    public <T> List<T> list(String sql, RowReader<T> reader, @Nullable Object... parameters) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(connection, statement, parameters);
            try (ResultSet rows = statement.executeQuery()) {
                List<T> read = new ArrayList<>();
                while (rows.next()) {
                    read.add(reader.read(rows));
                }
                return read;
            }
        } catch (SQLException e) {
            throw new DatabaseFailure(sql, e);
        }
    }

    public <T> Optional<T> first(String sql, RowReader<T> reader, @Nullable Object... parameters) {
        return list(sql, reader, parameters).stream().findFirst();
    }

    /** The one number a {@code count} or {@code returning id} yields. */
    public long number(String sql, @Nullable Object... parameters) {
        return first(sql, row -> row.getLong(1), parameters).orElseThrow();
    }

    /** @return how many rows changed */
    public int update(String sql, @Nullable Object... parameters) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(connection, statement, parameters);
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new DatabaseFailure(sql, e);
        }
    }

    public static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    public static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }

    /** @throws InvalidInput for a text with a NUL character: PostgreSQL takes none */
    public static String storable(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new InvalidInput("A text has a NUL character, which can't be stored or looked for.");
        }
        return text;
    }

    private static void bind(Connection connection, PreparedStatement statement, @Nullable Object[] parameters)
            throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            Object value = parameters[i];
            switch (value) {
                case Instant instant -> statement.setObject(i + 1, instant.atOffset(ZoneOffset.UTC));
                case List<?> texts -> statement.setArray(i + 1, connection.createArrayOf("text", texts.toArray()));
                case Enum<?> constant -> statement.setString(i + 1, constant.name());
                case String text -> statement.setString(i + 1, storable(text));
                case null, default -> statement.setObject(i + 1, value);
            }
        }
    }
}
