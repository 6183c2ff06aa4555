package dev.unembed.engine.experiment;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** How a component of a params record is asked for in a form: forms and API documentation are generated from it. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Field {
    String label();

    /** One or two sentences: meaning, unit, when to change it. */
    String help() default "";

    /** What kind of input it is, where the Java type alone does not say. */
    Input input() default Input.PLAIN;

    enum Input {
        /** A number, a choice, a switch or a line of text, by type. */
        PLAIN,
        /** Text that the model reads: shown with live token chips. */
        PROMPT,
        /** A list of tokens given as text or ids. */
        TOKENS,
        /** Prompts with answer and foil: a stored set, or typed. */
        EXAMPLES,
        /** Not asked for in a form; the API takes it. */
        HIDDEN
    }
}
