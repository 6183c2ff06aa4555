package dev.unembed.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for.
 *
 * @param title made from the prompt when null or blank
 * @param priority higher first, -100 to 100, 0 by default
 * @param fresh compute even if an identical run has a result already
 */
public record RunRequest(
        long workspaceId,
        String kind,
        String model,
        @Nullable String title,
        List<String> tags,
        int priority,
        ObjectNode params,
        long seed,
        boolean fresh) {}
