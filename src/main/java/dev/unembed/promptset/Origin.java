package dev.unembed.promptset;

import dev.unembed.engine.prompt.PromptRecipe;

/**
 * How a version's examples were made: with this model's tokenizer the recipe gives them again, to the letter.
 *
 * @param model name of the model whose tokenizer chose the words
 * @param modelDigest of that model
 * @param edited whether examples were changed, added or removed by hand since
 */
public record Origin(PromptRecipe recipe, String model, String modelDigest, boolean edited) {
    Origin byHand() {
        return new Origin(recipe, model, modelDigest, true);
    }
}
