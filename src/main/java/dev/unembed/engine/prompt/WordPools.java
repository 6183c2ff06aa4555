package dev.unembed.engine.prompt;

import java.util.List;

/** Generous pools of everyday words: a model's vocabulary decides which of them are used. */
final class WordPools {
    static final List<String> NAMES = words("""
            Mary John Tom James Dan Sid Martin Amy Anna Paul Laura Mark Lucy Peter Sarah David Emma Jack Alice Robert Kate
            Simon Julia Kevin Rachel Adam Grace Henry Sophie Oliver Ruth Frank Helen George Clara Victor Nina Oscar Irene
            Felix Diana Hugo Marta Leo Eva Max Iris Ivan Rosa Luke Jane Carl Lena Eric Ella Noah Maya Owen Zoe Alan
            Michael Susan Lisa Thomas William Richard Joseph Charles Daniel Matthew Anthony Steven Andrew Kenneth Joshua
            Brian Edward Ronald Timothy Jason Jeffrey Ryan Jacob Gary Nicholas Jonathan Stephen Larry Justin Scott Brandon
            Benjamin Samuel Gregory Alexander Patrick Raymond Dennis Jerry Tyler Aaron Jose Nathan Douglas Zachary Kyle
            Walter Harold Jeremy Ethan Keith Roger Terry Sean Austin Gerald Jesse Dylan Bryan Joe Jordan Billy Bruce Albert
            Willie Gabriel Logan Ralph Lawrence Wayne Roy Eugene Russell Bobby Philip Harry Vincent Louis Patricia Jennifer
            Linda Elizabeth Barbara Jessica Karen Nancy Betty Margaret Sandra Ashley Kimberly Emily Donna Michelle Carol
            Amanda Dorothy Melissa Deborah Stephanie Rebecca Sharon Cynthia Kathleen Angela Shirley Brenda Pamela Nicole
            Samantha Katherine Christine Debra Carolyn Janet Catherine Maria Heather Diane Olivia Julie Joyce Victoria Kelly
            Christina Lauren Joan Evelyn Judith Megan Andrea Cheryl Hannah Jacqueline Martha Gloria Teresa Sara Ann Jean
            Madison Frances Kathryn Janice Abigail Sophia Isabella Charlotte Amber Danielle Marie Vanessa Lily Claire""");

    static final List<String> PLACES = words("""
            store park school station office garden museum library market restaurant beach hospital house church theater
            bank farm airport hotel zoo gym club bar harbor bridge castle forest lake river village castle cinema kitchen
            mall shop university college factory lab studio gallery court stadium port cafe bakery temple camp mountain
            island""");

    /** None begins with a vowel, so that "a" fits all of them. */
    static final List<String> OBJECTS = words("""
            ball drink book bag letter ring flower map key cake lamp camera ticket hat computer bone basketball necklace
            phone pen picture gift card box coin knife cup bottle watch guitar toy shirt coat pencil plate coffee sandwich
            dollar file note present package photo stone stick rose radio wallet jacket chair mirror newspaper candle
            magazine blanket""");

    /** Things that last (Hanna et al.'s nouns, and more). */
    static final List<String> LASTING = words("""
            war siege campaign conflict dispute expedition project reign revolution rebellion struggle plague voyage
            journey study trial drought famine negotiation strike tour operation program partnership construction
            investigation marriage mission occupation migration attack crisis battle peace alliance experiment festival
            blockade contract""");

    static final List<String> NUMBERS = words("""
            zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
            eighteen nineteen twenty""");

    private WordPools() {}

    private static List<String> words(String text) {
        return List.of(text.strip().split("\\s+")).stream().distinct().toList();
    }
}
