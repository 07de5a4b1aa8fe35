//! One colour and one to three letters for each person: the letters are always there, so that nobody needs the colours.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// How many colours the style has.
const COLOURS: usize = 8;

/// How people are shown.
pub(super) struct Faces(BTreeMap<String, Face>);

/// How a person is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Face {
    /// Which of the style's colours.
    pub(super) colour: usize,
    /// Their letters.
    pub(super) letters: String,
}

impl Faces {
    /// Of all these people, each once. Somebody keeps their colour as others come and go, unless two would have the same.
    pub(super) fn of<'a>(people: impl Iterator<Item = &'a String> + Clone) -> Faces {
        let mut free = [true; COLOURS];
        let mut faces = BTreeMap::new();
        for name in people.clone() {
            if free.iter().all(|free| !free) {
                free = [true; COLOURS];
            }
            let wished = usize::from(Sha256::digest(name)[0]) % COLOURS;
            let colour = (wished..wished + COLOURS).map(|colour| colour % COLOURS);
            let colour = colour.into_iter().find(|colour| free[*colour]).unwrap_or(wished);
            free[colour] = false;
            let others = || people.clone().filter(move |other| *other != name);
            let is_own =
                |letters: &String| others().all(|other| !candidates(other).contains(letters));
            let candidates = candidates(name);
            let letters = candidates.iter().find(|letters| is_own(letters)).or(candidates.last());
            let letters = letters.cloned().unwrap_or_default();
            faces.insert(name.clone(), Face { colour, letters });
        }
        Faces(faces)
    }

    /// How somebody is shown; `None` for whom the configuration does not have.
    pub(super) fn get(&self, name: &str) -> Option<&Face> {
        self.0.get(name)
    }
}

/// What a name may be shortened to: its first letter, those of its words, its first two or three letters.
fn candidates(name: &str) -> Vec<String> {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let initials: String = words.filter_map(|word| word.chars().next()).take(3).collect();
    let first =
        |count| name.chars().filter(|c| c.is_alphanumeric()).take(count).collect::<String>();
    let capital = |text: String| {
        let mut chars = text.chars();
        chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
    };
    let all = [first(1), initials.to_uppercase(), first(2), first(3)];
    let mut all: Vec<String> =
        all.into_iter().map(capital).filter(|text| !text.is_empty()).collect();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faces(names: &[&str]) -> Vec<(String, usize)> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let faces = Faces::of(names.iter());
        let of = |name: &String| faces.get(name).map(|face| (face.letters.clone(), face.colour));
        names.iter().filter_map(of).collect()
    }

    #[test]
    fn letters_are_of_one_person_alone_where_that_can_be() {
        let letters = |names: &[&str]| -> Vec<String> {
            faces(names).into_iter().map(|(letters, _)| letters).collect()
        };
        assert_eq!(letters(&["alpha", "bravo"]), ["A", "B"]);
        assert_eq!(letters(&["albert", "anna", "bravo"]), ["Al", "An", "B"]);
        assert_eq!(letters(&["Jürgen Müller", "Jane Doe"]), ["JM", "JD"]);
        assert_eq!(letters(&["…", "é"]), ["", "É"]);
    }

    #[test]
    fn eight_people_have_eight_colours_and_keep_most_as_one_comes() {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let mut colours: Vec<usize> = faces(&names).into_iter().map(|(_, colour)| colour).collect();
        colours.sort_unstable();
        assert_eq!(colours, [0, 1, 2, 3, 4, 5, 6, 7]);
        let more: Vec<String> = (0..100).map(|number| format!("p{number:02}")).collect();
        let faces = Faces::of(more.iter());
        assert!(more.iter().all(|name| faces.get(name).unwrap().colour < COLOURS));
    }
}
