package dev.unembed.base.ui;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How numbers, times and tokens are written on every page. */
public final class Figures {
    private static final DateTimeFormatter ABSOLUTE = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("d MMM yyyy", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final String[] BYTE_UNITS = {"B", "kB", "MB", "GB", "TB"};

    private Figures() {}

    /** The text of a token with its spaces as {@code ·}, line breaks as {@code ⏎} and tabs as {@code ⇥}. */
    public static String visible(String token) {
        return token.replace(' ', '·')
                .replace("\r\n", "⏎")
                .replace('\n', '⏎')
                .replace('\r', '⏎')
                .replace('\t', '⇥');
    }

    /** {@code just now}, {@code 12 s ago}, {@code 5 min ago}, {@code 3 h ago}, {@code 2 d ago}, then the day. */
    public static String ago(Instant then, Instant now) {
        long seconds = Duration.between(then, now).toSeconds();
        if (seconds < 5) {
            return "just now";
        }
        if (seconds < 60) {
            return seconds + " s ago";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min ago";
        }
        if (seconds < 86_400) {
            return seconds / 3600 + " h ago";
        }
        if (seconds < 30 * 86_400) {
            return seconds / 86_400 + " d ago";
        }
        return DAY.format(then);
    }

    public static String absolute(Instant instant) {
        return ABSOLUTE.format(instant);
    }

    /** {@code 80 ms}, {@code 0.9 s}, {@code 12 s}, {@code 3 min 20 s}, {@code 2 h 5 min}. */
    public static String duration(Duration duration) {
        long millis = Math.max(0, duration.toMillis());
        if (millis < 100) {
            return millis + " ms";
        }
        if (millis < 10_000) {
            return format("%.1f s", millis / 1000.0);
        }
        long seconds = Math.round(millis / 1000.0);
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + " s");
        }
        return seconds / 3600 + " h" + (seconds % 3600 < 60 ? "" : " " + seconds % 3600 / 60 + " min");
    }

    /** Decimal multiples: {@code 269 MB}. */
    public static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return (value < 9.95 && unit > 0 ? format("%.1f ", value) : format("%.0f ", value)) + BYTE_UNITS[unit];
    }

    /** Rounded for reading: {@code 135 M}, {@code 1.5 B}, {@code 740 k}. */
    public static String magnitude(long count) {
        if (count < 10_000) {
            return grouped(count);
        }
        String[] units = {"", " k", " M", " B", " T"};
        double value = count;
        int unit = 0;
        while (value >= 999.5 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return (value < 9.95 ? format("%.1f", value) : format("%.0f", value)) + units[unit];
    }

    /** {@code 49 152}: groups of three, set apart by a thin space. */
    public static String grouped(long count) {
        return format("%,d", count).replace(',', '\u2009');
    }

    /** {@code 25.4 %}; small ones keep two digits that count: {@code 0.031 %}; {@code < 0.001 %}. */
    public static String percent(double probability) {
        double percent = probability * 100;
        if (percent >= 9.95 || percent == 0) {
            return format(percent >= 99.95 || percent == 0 ? "%.0f %%" : "%.1f %%", percent);
        }
        if (percent >= 0.1) {
            return format(percent >= 1 ? "%.1f %%" : "%.2f %%", percent);
        }
        return percent < 0.001 ? "< 0.001 %" : format("%.3f %%", percent);
    }

    /** A small difference in one digit and its power: {@code 3e-5}; {@code 0} when there is none. */
    public static String small(double value) {
        if (value == 0) {
            return "0";
        }
        return format("%.0e", value).replaceFirst("e([+-])0*(\\d)", "e$1$2").replace("e+", "e");
    }

    /** {@code 1 run}, {@code 3 runs}. */
    public static String counted(long count, String singular) {
        return grouped(count) + " " + (count == 1 ? singular : plural(singular));
    }

    private static String plural(String singular) {
        return singular.endsWith("ysis") ? singular.substring(0, singular.length() - 2) + "es" : singular + "s";
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
