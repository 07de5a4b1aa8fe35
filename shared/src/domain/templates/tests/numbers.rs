//! Numbers that arrived as text.

use super::*;

#[test]
fn number_that_arrived_as_text_compares_as_a_number() {
    let values = context! {
        age => "1801", code => "30003", long => "9", half => "0.5", minus => "-3", word => "unknown",
        zeros => "007", phone => "+15005550001", n => 5, list => [Value::from("1"), Value::from(2)], empty => "",
    };
    let yes = |source: &str| {
        let environment = language();
        evaluate(&environment, source, values.clone())
            .unwrap_or_else(|error| panic!("{error}"))
            .is_true()
    };
    for source in [
        "age > 1800",
        "1800 < age",
        "age >= 1801 and age <= 1801",
        "not age < 1801",
        "1800 < age < 1802",
        "age > long",
        "half < 1",
        "minus < 0",
        "code == 30003",
        "30003 == code",
        "code != 30004",
        "code in [30003, 30005]",
        "code not in [1, 2]",
        "1 in list",
        "\"2\" in list",
        "n == \"5\"",
        "zeros == \"007\"",
        "age == \"1801\"",
        "\"nkn\" in word",
        "not gone > 5",
        "n in \"152\"",
    ] {
        assert!(yes(source), "{source}");
    }
    for source in [
        "word > 5",
        "word < 5",
        "word == 5",
        "zeros == 7",
        "phone > 1",
        "empty == 0",
        "empty < 1",
        "empty > -1",
        "half == \"0.50\"",
        "code in [3]",
        "1800 < age < 1801",
        "n in gone",
    ] {
        assert!(!yes(source), "{source}");
    }
    assert!(evaluate(&language(), "1 in 5", Value::UNDEFINED).is_err());
}
