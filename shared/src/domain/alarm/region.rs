//! AWS regions: SNS names an alarm's region as people do ("EU (Ireland)"), all others by its code (`eu-west-1`).

/// Each region's code, and the names that it has or had. Of a name only letters and digits count, and Europe is EU.
const REGIONS: &[(&str, &[&str])] = &[
    ("af-south-1", &["Africa (Cape Town)"]),
    ("ap-east-1", &["Asia Pacific (Hong Kong)"]),
    ("ap-east-2", &["Asia Pacific (Taipei)"]),
    ("ap-northeast-1", &["Asia Pacific (Tokyo)"]),
    ("ap-northeast-2", &["Asia Pacific (Seoul)"]),
    ("ap-northeast-3", &["Asia Pacific (Osaka)", "Asia Pacific (Osaka-Local)"]),
    ("ap-south-1", &["Asia Pacific (Mumbai)"]),
    ("ap-south-2", &["Asia Pacific (Hyderabad)"]),
    ("ap-southeast-1", &["Asia Pacific (Singapore)"]),
    ("ap-southeast-2", &["Asia Pacific (Sydney)"]),
    ("ap-southeast-3", &["Asia Pacific (Jakarta)"]),
    ("ap-southeast-4", &["Asia Pacific (Melbourne)"]),
    ("ap-southeast-5", &["Asia Pacific (Malaysia)"]),
    ("ap-southeast-6", &["Asia Pacific (New Zealand)"]),
    ("ap-southeast-7", &["Asia Pacific (Thailand)"]),
    ("ca-central-1", &["Canada (Central)", "Canada (Montreal)"]),
    ("ca-west-1", &["Canada West (Calgary)", "Canada (Calgary)"]),
    ("cn-north-1", &["China (Beijing)", "China North (Beijing)"]),
    ("cn-northwest-1", &["China (Ningxia)", "China Northwest (Ningxia)"]),
    ("eu-central-1", &["EU (Frankfurt)", "EU Central (Frankfurt)"]),
    ("eu-central-2", &["EU (Zurich)", "EU Central (Zurich)"]),
    ("eu-isoe-west-1", &["EU ISOE West"]),
    ("eu-north-1", &["EU (Stockholm)", "EU North (Stockholm)"]),
    ("eu-south-1", &["EU (Milan)", "EU South (Milan)"]),
    ("eu-south-2", &["EU (Spain)", "EU South (Spain)"]),
    ("eu-west-1", &["EU (Ireland)", "EU West (Ireland)"]),
    ("eu-west-2", &["EU (London)", "EU West (London)"]),
    ("eu-west-3", &["EU (Paris)", "EU West (Paris)"]),
    ("eusc-de-east-1", &["AWS European Sovereign Cloud (Germany)", "EU Sovereign Cloud (Germany)"]),
    ("il-central-1", &["Israel (Tel Aviv)"]),
    ("me-central-1", &["Middle East (UAE)", "Middle East (United Arab Emirates)"]),
    ("me-south-1", &["Middle East (Bahrain)"]),
    ("mx-central-1", &["Mexico (Central)", "Mexico (Queretaro)"]),
    ("sa-east-1", &["South America (Sao Paulo)"]),
    (
        "us-east-1",
        &[
            "US East (N. Virginia)",
            "US East (Northern Virginia)",
            "US East (Virginia)",
            "US Standard",
        ],
    ),
    ("us-east-2", &["US East (Ohio)"]),
    ("us-gov-east-1", &["AWS GovCloud (US-East)", "GovCloud (US-East)", "US Gov East"]),
    (
        "us-gov-west-1",
        &["AWS GovCloud (US-West)", "GovCloud (US-West)", "AWS GovCloud (US)", "US Gov West"],
    ),
    ("us-iso-east-1", &["US ISO East"]),
    ("us-iso-west-1", &["US ISO West"]),
    ("us-isob-east-1", &["US ISOB East (Ohio)", "US ISOB East"]),
    ("us-isob-west-1", &["US ISOB West"]),
    ("us-isof-east-1", &["US ISOF East"]),
    ("us-isof-south-1", &["US ISOF South"]),
    ("us-west-1", &["US West (N. California)", "US West (Northern California)"]),
    ("us-west-2", &["US West (Oregon)"]),
];

/// Returns the code of a region, whether it is given as that or by a name. A name that is not known (a region newer than
/// this table) comes back in small letters and with single spaces: it stays one region, though not the same as its code.
pub(super) fn code(region: &str) -> String {
    let wanted = essence(region);
    let is_it = |name: &&str| essence(name) == wanted;
    let known = REGIONS.iter().find(|(code, names)| is_it(code) || names.iter().any(&is_it));
    match known {
        Some((code, _)) => (*code).to_owned(),
        None => region.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase(),
    }
}

/// What of a name tells it from others.
fn essence(name: &str) -> String {
    let plain = |c: char| match c {
        'ã' | 'Ã' | 'á' | 'Á' => 'a',
        'é' | 'É' => 'e',
        'ü' | 'Ü' => 'u',
        c => c.to_ascii_lowercase(),
    };
    let essence: String = name.chars().map(plain).filter(char::is_ascii_alphanumeric).collect();
    match essence.strip_prefix("europe") {
        // "AWS European Sovereign Cloud" is a name of its own.
        Some(rest) if !rest.starts_with("an") => format!("eu{rest}"),
        _ => essence,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn region_is_one_however_it_is_written() {
        for (given, expected) in [
            ("EU (Ireland)", "eu-west-1"),
            ("Europe (Ireland)", "eu-west-1"),
            ("eu-west-1", "eu-west-1"),
            ("EU-WEST-1", "eu-west-1"),
            ("  EU  (Frankfurt) ", "eu-central-1"),
            ("Asia Pacific (Osaka-Local)", "ap-northeast-3"),
            ("South America (São Paulo)", "sa-east-1"),
            ("US East (N. Virginia)", "us-east-1"),
            ("US East (Northern Virginia)", "us-east-1"),
            ("AWS GovCloud (US)", "us-gov-west-1"),
            ("AWS GovCloud (US-East)", "us-gov-east-1"),
            ("China (Beijing)", "cn-north-1"),
            ("China (Ningxia)", "cn-northwest-1"),
            ("AWS European Sovereign Cloud (Germany)", "eusc-de-east-1"),
            ("Atlantis  (Deep)", "atlantis (deep)"),
            ("atlantis-south-1", "atlantis-south-1"),
        ] {
            assert_eq!(code(given), expected, "{given}");
        }
    }

    #[test]
    fn no_two_regions_share_a_name() {
        let names = REGIONS.iter().flat_map(|(code, names)| names.iter().chain([code]));
        let mut essences: Vec<String> = names.map(|name| essence(name)).collect();
        let all = essences.len();
        essences.sort();
        essences.dedup();
        assert_eq!(essences.len(), all);
    }

    proptest! {
        #[test]
        fn region_of_any_name_is_stable(name in ".{0,40}") {
            let once = code(&name);
            prop_assert_eq!(code(&once), once);
        }
    }
}
