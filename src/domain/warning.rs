//! What models usually refuse, in the owner's words: somebody is told before he pays. It never forbids anything, and what it
//! misses is still the model's to judge.

use super::idea::Wording;

/// One thing that models refuse, and how it is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub about: Wording,
    pub signs: Vec<Sign>,
}

/// A word or several in a row. Case, `ё` and what stands between words don't matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    word: String,
    /// Whatever begins so: the ending was written as `*`.
    stem: bool,
}

impl Sign {
    /// «путин*», «илон* маск*». None if no word is in it.
    pub fn parse(written: &str) -> Option<Self> {
        let piece = |word: &str| {
            let stem = word.ends_with('*');
            folded(word).into_iter().map(move |word| Piece { word, stem }).collect::<Vec<_>>()
        };
        let mut pieces: Vec<Piece> = Vec::new();
        for word in written.split_whitespace() {
            let mut parts = piece(word);
            // Of a hyphenated word only the last part has the open ending.
            let last = parts.len().saturating_sub(1);
            parts.iter_mut().take(last).for_each(|part| part.stem = false);
            pieces.append(&mut parts);
        }
        (!pieces.is_empty()).then_some(Self(pieces))
    }

    fn is_in(&self, words: &[String]) -> bool {
        let fits = |(piece, word): (&Piece, &String)| {
            if piece.stem { word.starts_with(&piece.word) } else { *word == piece.word }
        };
        words.windows(self.0.len()).any(|window| self.0.iter().zip(window).all(fits))
    }
}

/// Those of the warnings that a prompt calls for, in the owner's order.
pub fn called_for<'w>(warnings: &'w [Warning], prompt: &str) -> Vec<&'w Warning> {
    let words = folded(prompt);
    warnings.iter().filter(|warning| warning.signs.iter().any(|sign| sign.is_in(&words))).collect()
}

/// The words of a text in the one form in which they are compared.
fn folded(text: &str) -> Vec<String> {
    // Upper case first: «ß» and «ẞ», «ς» and «σ» then come out alike.
    let alike = text.to_uppercase().to_lowercase().replace('ё', "е").replace('\u{301}', "");
    let words = alike.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_is_a_word_or_a_stem_and_never_a_piece_of_one() {
        for (sign, prompt, expected) in [
            ("путин*", "Путин едет верхом", true),
            ("путин*", "ПУТИНА на коне", true),
            ("путин*", "распутин танцует", false),
            ("порно", "порнография", false),
            ("порно*", "порнография", true),
            ("илон* маск*", "Илона  Маска, на Марсе", true),
            ("илон* маск*", "маска и Илон", false),
            ("илон* маск*", "Илон в маске", false),
            ("человек-паук*", "Человек-пауком стал кот", true),
            ("человек-паук*", "человек, паук и стол", true),
            ("спайдермен", "Спайдермен!", true),
            ("ёлк*", "ЕЛКА", true),
            ("елк*", "ёлочка и ёлка", true),
            ("қазақ*", "ҚАЗАҚСТАН", true),
            ("mickey mouse", "a MICKEY-MOUSE clock", true),
            ("nude", "nudes", false),
            ("straße", "STRASSE", true),
            ("кот", "", false),
        ] {
            let warning = Warning {
                about: Wording { usual: "x".to_owned(), others: Default::default() },
                signs: vec![Sign::parse(sign).unwrap()],
            };
            let found = !called_for(&[warning], prompt).is_empty();
            assert_eq!(found, expected, "{sign} in {prompt}");
        }
        for nothing in ["", " ", "*", "!? *"] {
            assert_eq!(Sign::parse(nothing), None, "{nothing:?}");
        }
    }
}
