package dev.unembed.hypothesis;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.engine.prompt.PromptExample;
import java.util.List;

/** A version as the parameters of a {@code circuit-test}: everything in them, nothing looked up later. */
final class TestParams {
    /** The kind of run that tests circuits. */
    static final String KIND = "circuit-test";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .build();

    private TestParams() {}

    /** @param heldOut unseen prompts, made after the freeze; may be empty */
    static ObjectNode of(VersionContent content, List<PromptExample> heldOut) {
        ObjectNode params = JSON.valueToTree(content.protocol());
        params.set("examples", JSON.valueToTree(content.examples()));
        if (content.promptSet() != null) {
            params.set("promptSet", JSON.valueToTree(content.promptSet()));
        }
        params.put("bos", content.bos().value());
        params.set("circuit", JSON.valueToTree(content.circuit()));
        if (!content.classes().isEmpty()) {
            params.set("classes", JSON.valueToTree(content.classes()));
        }
        params.set("thresholds", JSON.valueToTree(content.thresholds()));
        if (!heldOut.isEmpty()) {
            params.set("heldOut", JSON.valueToTree(heldOut));
        }
        return params;
    }
}
