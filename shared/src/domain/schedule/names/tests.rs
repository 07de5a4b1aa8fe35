//! Names as people write them.

use super::*;

fn names(people: &[(&'static str, &[&str])]) -> Names {
    let owned: Vec<(&str, Vec<String>)> = people
        .iter()
        .map(|(name, called)| (*name, called.iter().map(|one| (*one).to_owned()).collect()))
        .collect();
    Names::new(owned.iter().map(|(name, called)| (*name, called.as_slice())), NOT_ON_CALL)
}

fn found(names: &Names, text: &str) -> Vec<String> {
    names.in_text(text).people.into_iter().map(|person| names.person(person).to_owned()).collect()
}

#[test]
fn name_counts_as_a_whole_word_in_any_script() {
    let all = names(&[
        ("José", &[]),
        ("Straße", &[]),
        ("Νίκος", &[]),
        ("田中", &[]),
        ("O'Brien", &[]),
        ("Жанна Д'Арк", &[]),
        ("ann", &[]),
    ]);
    for (text, person) in [
        ("JOSÉ on call", "José"),
        ("Jose\u{301}", "José"),
        ("STRASSE", "Straße"),
        ("Dienst: ΝΊΚΟΣ", "Νίκος"),
        ("当番：田中さん", "田中"),
        ("O’Brien's week", "O'Brien"),
        ("жанна\u{a0}д'арк", "Жанна Д'Арк"),
        ("Жанна   Д'Арк", "Жанна Д'Арк"),
        ("-ann-", "ann"),
        ("ann/bob", "ann"),
        ("(ann)", "ann"),
        ("ann\u{200b}", "ann"),
    ] {
        assert_eq!(found(&all, text), [person], "{text}");
    }
    for text in ["Josépha", "annie", "Joann", "ann-marie", "mary_ann", "ann2", "Xann", "Jos", ""] {
        assert_eq!(found(&all, text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn longest_name_wins_where_names_overlap() {
    let all = names(&[
        ("alpha", &["Alpha Lima"]),
        ("bravo", &["Lima Tango", "Alpha Bravo Charlie"]),
        ("charlie", &["Alpha Bravo"]),
    ]);
    for (text, people) in [
        ("Alpha Bravo", &["charlie"][..]),
        ("Alpha Bravo Charlie", &["bravo"]),
        ("Alpha Bravo, Charlie", &["charlie"]),
        ("alpha bravo / alpha", &["charlie", "alpha"]),
        ("bravo, then alpha", &["bravo", "alpha"]),
        ("alpha alpha bravo alpha", &["alpha", "charlie"]),
        ("Alpha Lima Tango", &["alpha"]),
    ] {
        assert_eq!(found(&all, text), people, "{text}");
    }
}

#[test]
fn word_that_is_part_of_a_name_is_no_word_of_its_own() {
    let all = names(&[("doc", &["Doc Holiday"]), ("alpha", &[])]);
    assert_eq!(all.in_text("Doc Holiday"), Named { people: vec![0], not_on_call: None });
    assert_eq!(
        all.in_text("Doc: holiday"),
        Named { people: vec![0], not_on_call: Some("holiday".to_owned()) }
    );
    let own = Names::new([("alpha", &[][..])], ["Urlaub", "out of office"]);
    assert!(own.in_text("alpha URLAUB").not_on_call.is_some());
    assert!(own.in_text("alpha is out  of office").not_on_call.is_some());
    assert!(own.in_text("alpha: holiday").not_on_call.is_none());
}

#[test]
fn long_text_is_looked_through_in_bounded_time() {
    let all = names(&[("a", &[]), ("b", &["a b"])]);
    let text = "a b ".repeat(1_000_000);
    assert_eq!(found(&all, &text), ["b"]);
}

#[test]
fn capital_sharp_s_and_dotted_i_are_the_letters_that_they_are() {
    let names = Names::new([("Straße", &[][..]), ("İrem Işık", &[][..])], []);
    for (text, person) in [
        ("on call: STRAẞE", "Straße"),
        ("strasse", "Straße"),
        ("İREM IŞIK", "İrem Işık"),
        ("irem ışık", "İrem Işık"),
        ("I\u{307}rem Işık", "İrem Işık"),
    ] {
        let named = names.in_text(text);
        let people: Vec<&str> = named.people.iter().map(|index| names.person(*index)).collect();
        assert_eq!(people, [person], "{text}");
    }
    // The dot belongs to any other letter.
    let dotted = Names::new([("Q\u{307}an", &[][..])], []);
    assert_eq!(
        (dotted.in_text("q\u{307}an").people.len(), dotted.in_text("qan").people.len()),
        (1, 0)
    );
}

#[test]
fn name_beside_an_address_without_a_blank_counts() {
    let all = names(&[("田中", &[]), ("ann", &[]), ("example", &[])]);
    assert_eq!(found(&all, "田中ann@example.com"), ["田中", "ann"]);
    assert_eq!(found(&all, "ann@example.com田中"), ["ann", "田中"]);
}

#[test]
fn address_ends_with_its_host() {
    let all = names(&[("b", &[]), ("ann", &[])]);
    assert_eq!(found(&all, "zoe@x.b"), Vec::<String>::new());
    assert_eq!(found(&all, "zoe@x.b, ann"), ["ann"]);
    assert_eq!(found(&all, "zoe@x.b b"), ["b"]);
}

#[test]
fn name_in_brackets_is_whole_whatever_is_beside_it() {
    let all = names(&[("(ann)", &[])]);
    for text in ["(ann)", "1(ann)2", "on call:(ann)"] {
        assert_eq!(found(&all, text), ["(ann)"], "{text}");
    }
}

#[test]
fn names_are_compared_as_they_are_read() {
    for (one, other) in [("Ann", "ANN"), ("Straße", "STRASSE"), ("José", "Jose\u{301}")] {
        assert_eq!(comparable(one), comparable(other));
    }
    assert_ne!(comparable("Ann"), comparable("Anna"));
}

#[test]
fn name_that_ends_in_a_hyphen_is_no_part_of_a_longer_word() {
    let all = names(&[("ops-", &[])]);
    assert_eq!(found(&all, "ops- is on call"), ["ops-"]);
    assert_eq!(found(&all, "ops-lead is on call"), Vec::<String>::new());
}
