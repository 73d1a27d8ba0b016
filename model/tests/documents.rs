//! The generated pages of `specs/` are what the model says now. `UPDATE=1` writes them.
use std::path::Path;

use oauth_checker::cores;
use oauth_model::report::{Mitigated, try_attack};
use oauth_model::{document, matrix};
use oauth_world::attack::Attack;

#[track_caller]
fn is_current(name: &str, generated: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, generated).expect("the page can be written");
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = stored.lines().zip(generated.lines()).find(|(stored, generated)| stored != generated);
    assert!(
        stored == generated,
        "specs/{name} is not what the model says now; UPDATE=1 writes it. First difference: {differs:?}"
    );
}

#[test]
fn the_page_of_attacks_is_current() {
    let mut mitigated = Mitigated::default();
    let tried: Vec<_> = Attack::all().map(|attack| try_attack(attack, &mut mitigated)).collect();
    is_current("ATTACKS.md", &document::attacks(&tried));
}

#[test]
fn the_page_of_mitigations_is_current() {
    is_current("MITIGATIONS.md", &document::mitigations(&matrix::matrix(cores())));
}
