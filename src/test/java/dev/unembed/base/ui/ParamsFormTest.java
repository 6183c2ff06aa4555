package dev.unembed.base.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.vaadin.flow.component.checkbox.Checkbox;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.IntegerField;
import com.vaadin.flow.component.textfield.TextArea;
import com.vaadin.flow.component.textfield.TextField;
import dev.unembed.engine.experiment.Field;
import dev.unembed.engine.experiment.LensReading;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.text.TokenizedPrompt;
import dev.unembed.engine.text.TokenizedPrompt.Token;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ParamsFormTest {
    enum Depth {
        SHALLOW,
        VERY_DEEP
    }

    record Params(
            @Nullable @Field(label = "Prompt", input = Field.Input.PROMPT)
            String prompt,

            @Field(label = "Follow", input = Field.Input.TOKENS)
            List<Object> track,

            @Min(1) @Max(9) @Field(label = "How many", help = "Kept.")
            int howMany,

            @Field(label = "Depth") Depth depth,
            @Field(label = "Loud") boolean loud,
            @Nullable @Field(label = "Note") String note,

            @Nullable @Field(label = "Hidden", input = Field.Input.HIDDEN)
            String hidden,

            @Nullable String undescribed) {
        Params {
            howMany = howMany == 0 ? 5 : howMany;
            depth = depth == null ? Depth.VERY_DEEP : depth;
            track = track == null ? List.of() : List.copyOf(track);
            hidden = hidden == null ? "standard" : hidden;
        }
    }

    record Unknown(@Field(label = "Map") Map<String, String> map) {}

    private static TokenizedPrompt oneToken(String text) {
        return new TokenizedPrompt(List.of(new Token(1, text, 0, text.length())), false, List.of());
    }

    private static ParamsForm form() {
        return new ParamsForm(Params.class, ParamsFormTest::oneToken);
    }

    private static <F> F field(ParamsForm form, String name, Class<F> type) {
        return type.cast(form.field(name).orElseThrow());
    }

    private static Params record(ParamsForm form) throws JsonProcessingException {
        return new ObjectMapper().treeToValue(form.json(), Params.class);
    }

    @Test
    void everyDescribedComponentThatIsNotHiddenHasAnInput() {
        assertThat(form().names()).containsExactly("prompt", "track", "howMany", "depth", "loud", "note");
    }

    @Test
    void anUntouchedFormIsTheRecordsOwnDefaults() throws JsonProcessingException {
        assertThat(record(form())).isEqualTo(new ObjectMapper().readValue("{}", Params.class));
    }

    @Test
    void whatIsEnteredArrivesInTheRecord() throws JsonProcessingException {
        ParamsForm form = form();
        field(form, "prompt", TextArea.class).setValue("The capital of France is");
        field(form, "track", TokensField.class).setValue(List.of(" Paris", 262));
        field(form, "howMany", IntegerField.class).setValue(7);
        field(form, "depth", Select.class).setValue(Depth.SHALLOW);
        field(form, "loud", Checkbox.class).setValue(true);
        field(form, "note", TextField.class).setValue("n");

        assertThat(record(form))
                .isEqualTo(new Params(
                        "The capital of France is", List.of(" Paris", 262), 7, Depth.SHALLOW, true, "n", null, null));
    }

    @Test
    void whoListensHearsOfEveryParameterThatChanges() {
        ParamsForm form = form();
        List<Integer> heard = new ArrayList<>();
        form.onChange(() -> heard.add(form.json().path("howMany").asInt()));
        field(form, "howMany", IntegerField.class).setValue(7);
        field(form, "prompt", TextArea.class).setValue("The capital of France is");
        field(form, "track", TokensField.class).setValue(List.of(" Paris"));
        assertThat(heard).containsExactly(7, 7, 7);
    }

    @Test
    void hiddenComponentsAreLeftOutUnlessTheyWereGiven() {
        ParamsForm form = form();
        assertThat(form.json().has("hidden")).isFalse();

        ObjectNode given =
                new ObjectMapper().createObjectNode().put("hidden", "kept").put("howMany", 3);
        form.setJson(given);

        assertThat(form.json().path("hidden").asText()).isEqualTo("kept");
        assertThat(form.json().path("howMany").asInt()).isEqualTo(3);
    }

    @Test
    void jsonGoesInAndComesOutUnchanged() {
        ParamsForm form = form();
        ObjectNode params = new ObjectMapper().createObjectNode();
        params.put("prompt", "a\n b ")
                .put("howMany", 9)
                .put("depth", "SHALLOW")
                .put("loud", true)
                .put("note", "x");
        params.putArray("track").add(" a").add(3);

        form.setJson(params);

        assertThat(form.json()).isEqualTo(params);
    }

    @Test
    void boundsOfTheRecordAreTheInputs() {
        ParamsForm form = form();
        IntegerField howMany = field(form, "howMany", IntegerField.class);
        assertThat(howMany.getMin()).isEqualTo(1);
        assertThat(howMany.getMax()).isEqualTo(9);
        assertThat(howMany.getHelperText()).isEqualTo("Kept. 1 to 9.");
        field(form, "prompt", TextArea.class).setValue("a");
        assertThat(form.check()).isTrue();

        howMany.setValue(10);
        assertThat(form.check()).isFalse();

        howMany.setValue(null);
        assertThat(form.check()).isFalse();
        assertThat(howMany.isInvalid()).isTrue();
    }

    @Test
    void aPromptMustBeTypedUnlessSomethingElseIsReadInstead() {
        ParamsForm form = form();
        assertThat(form.check()).isFalse();
        assertThat(field(form, "prompt", TextArea.class).isInvalid()).isTrue();

        form.clearErrors();
        form.setJson(new ObjectMapper().createObjectNode().put("undescribed", "given by the API"));

        assertThat(form.check()).isTrue();
    }

    @Test
    void sentencesOfTheServerStandAtTheirInput() {
        ParamsForm form = form();

        assertThat(form.showError("prompt", "Too long.")).isTrue();
        assertThat(form.showError("hidden", "Unknown.")).isFalse();

        TextArea prompt = field(form, "prompt", TextArea.class);
        assertThat(prompt.isInvalid()).isTrue();
        assertThat(prompt.getErrorMessage()).isEqualTo("Too long.");
        form.clearErrors();
        assertThat(prompt.isInvalid()).isFalse();
    }

    @Test
    void aComponentNobodyCanAskForIsAnErrorOfTheProgrammer() {
        assertThatThrownBy(() -> new ParamsForm(Unknown.class, ParamsFormTest::oneToken))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Unknown.map");
    }

    @Test
    void theLensReadingsFormGivesWhatItsRecordReads() throws JsonProcessingException {
        ParamsForm form = new ParamsForm(LensReading.Params.class, ParamsFormTest::oneToken);
        field(form, "prompt", TextArea.class).setValue("The capital of France is");
        field(form, "track", TokensField.class).setValue(List.of(" Paris"));

        LensReading.Params params = new ObjectMapper().treeToValue(form.json(), LensReading.Params.class);

        assertThat(params.prompt()).isEqualTo("The capital of France is");
        assertThat(params.bos()).isEqualTo(BosPolicy.DEFAULT);
        assertThat(params.topK()).isBetween(1, 100);
        assertThat(form.names()).doesNotContain("tokens", "lens");
        assertThat(form.check()).isTrue();
    }
}
