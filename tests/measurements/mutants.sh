# shellcheck shell=bash
# Which changes of the rules no unit test notices, by cargo-mutants; sourced by tests/measure.
#
# Every mutant is built and tested, so the rules stand in packages of their own under target/mutants, without the rest
# of the crate: the same paths, the same versions, a second or three for a mutant instead of half a minute. What the
# quick tests miss is tried again with those that take seconds each: of bounds, and with as many random cases as usual.

# FOLDER MODULES TESTED...: the package target/mutants/FOLDER of these modules of the domain, with the tests of some.
mutants_package() {
    local package=target/mutants/$1 modules=$2 file
    rm -rf "$package"
    mkdir -p "$package"/shared/src/{storage,testing}
    cp -r Cargo.lock studio "$package"
    # Without the root package: only what all packages have in common.
    sed '/^\[package\]/,$d; /^default-members/d; s/^members = .*/members = ["shared"]/' Cargo.toml >"$package/Cargo.toml"
    # Without what lies outside of the folder; by a name of its own, as what is built of all packages lies in one place.
    sed "/^\[\[/,/^path/d; /^shared = /d; s/^name = .*/name = \"mutants-$1\"/" shared/Cargo.toml >"$package/shared/Cargo.toml"
    shift 2
    (
        cd shared/src
        cp -r --parents domain key.rs storage/records.rs testing/sample.rs "$root/$package/shared/src"
        echo '#![allow(unused)]'
        echo "pub mod domain { $modules }"
        [[ $modules != *escalation* ]] || echo 'pub mod key;
            pub mod storage { pub use crate::key::Key; pub mod records; }
            #[cfg(test)] pub mod testing { pub mod sample; }'
        echo 'pub use jiff::{SignedDuration, Timestamp, tz::TimeZone};'
        sed -n '/^pub fn hex/,/^}/p' lib.rs
    ) >"$package/shared/src/lib.rs"
    for file in "$package"/shared/src/domain/*; do
        [[ ! -d $file || " $* " == *" ${file##*/} "* ]] || find "$file" -name tests.rs -exec truncate -s 0 {} +
    done
}

# FOLDER TESTED...: the mutants of these modules there, as many as MUTANTS says. The second list has what no test notices
# (and fields that were left out and caught before: they are never filtered by name).
mutants_tested() {
    local package=target/mutants/$1 name missed=()
    local options=(--dir "$package" --jobs 2 --package "mutants-$1" --colors never --cargo-arg=--lib)
    shift
    for name; do options+=(--file "shared/src/domain/$name.rs" --file "shared/src/domain/$name/**"); done
    PROPTEST_CASES=16 cargo mutants "${options[@]}" --output "$package/quick" --sharding round-robin \
        --shard "${MUTANTS:-0/6}" --timeout-multiplier 2 --minimum-test-timeout 10 -- -- --skip ::bounds:: --skip the_bound "$@" ||
        [[ $? == [23] ]]
    mapfile -t missed < <(sed 's/[][(){}.*+?^$|\\]/\\&/g; s/.*/--re=^&$/' "$package/quick/mutants.out/missed.txt")
    ((${#missed[@]} == 0)) ||
        cargo mutants "${options[@]}" --output "$package/all" "${missed[@]}" -- -- "$@" || [[ $? == [23] ]]
}
