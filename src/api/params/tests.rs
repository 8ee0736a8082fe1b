//! Queries as clients write them.

use super::*;

fn of(query: &str) -> Params {
    Params::of(&format!("/x?{query}").parse().unwrap()).unwrap()
}

#[test]
fn form_encoding_is_undone() {
    let params = of("path=dir%2Fa+b.txt&waitForStatus=idle%2Cterminated&empty=&path=second");
    assert_eq!(params.text("path"), Some("dir/a b.txt"));
    assert_eq!(params.text("waitForStatus"), Some("idle,terminated"));
    assert_eq!(params.text("empty"), None);
    assert_eq!(params.text("absent"), None);
}

#[test]
fn numbers_have_a_least_value_and_are_cut_at_the_most() {
    assert_eq!(of("").limit().unwrap(), 50);
    assert_eq!(of("limit=7").limit().unwrap(), 7);
    assert_eq!(of("limit=101").limit().unwrap(), 100);
    assert_eq!(of("limit=18446744073709551615").limit().unwrap(), 100);
    assert_eq!(of("offset=4294967296").offset().unwrap(), u32::MAX);
    for wrong in ["0", "-1", "1.5", "ten", "18446744073709551616", "+", "0x10"] {
        assert!(of(&format!("limit={wrong}")).limit().is_err(), "{wrong}");
    }
}

#[test]
fn values_that_are_not_understood_are_refused() {
    assert_eq!(of("live=true").flag("live").unwrap(), Some(true));
    assert_eq!(of("live=").flag("live").unwrap(), None);
    assert!(of("live=1").flag("live").is_err());
    let minutes = of("wait=5m").duration("wait").unwrap();
    assert_eq!(minutes, Some(Duration::from_secs(300)));
    assert!(of("wait=5").duration("wait").is_err());
    let millis = of("waitMs=250").millis("waitMs").unwrap();
    assert_eq!(millis, Some(Duration::from_millis(250)));
    assert!(of("waitMs=250ms").millis("waitMs").is_err());
}

#[test]
fn an_id_that_cannot_be_names_nothing() {
    for wrong in ["", "sbx_", "exec_1", "sbx_a-b", "sbx_ä", "../sbx_1"] {
        assert!(SandboxId::of_segment(wrong).is_err(), "{wrong}");
    }
    assert!(SandboxId::of_segment("sbx_1").is_ok());
}
