//! Ports that are taken, found and given back.

use proptest::prelude::*;

use super::*;

fn loopback() -> Arc<Loopback> {
    Loopback::new(Arc::default())
}

#[test]
fn a_port_is_found_for_as_long_as_it_is_bound() {
    let loopback = loopback();
    let find = || loopback.find(Transport::Tcp, Family::V4, 3000);
    assert_eq!(find(), None);
    let bound = loopback.claim(Transport::Tcp, Family::V4, 3000, false);
    let bound = bound.unwrap();
    assert_eq!(find(), None, "nothing of the host is behind it yet");
    bound.settle(40_001);
    assert_eq!(find(), Some(40_001));
    assert_eq!(loopback.guest_port(Transport::Tcp, 40_001), 3000);
    assert_eq!(loopback.guest_port(Transport::Udp, 40_001), 40_001);
    assert_eq!(loopback.find(Transport::Udp, Family::V4, 3000), None);
    assert_eq!(loopback.find(Transport::Tcp, Family::V6, 3000), None);
    drop(bound);
    assert_eq!(find(), None);
    assert_eq!(loopback.guest_port(Transport::Tcp, 40_001), 40_001);
}

#[test]
fn a_port_is_bound_once_in_a_sandbox_and_freely_in_two() {
    let (first, second) = (loopback(), loopback());
    let one = first.claim(Transport::Tcp, Family::V4, 3000, false);
    assert!(one.is_some());
    let again = first.claim(Transport::Tcp, Family::V4, 3000, false);
    assert!(again.is_none());
    let other = second.claim(Transport::Tcp, Family::V4, 3000, false);
    assert!(other.is_some());
    drop(one);
    let again = first.claim(Transport::Tcp, Family::V4, 3000, false);
    assert!(again.is_some());
}

#[test]
fn what_is_bound_to_both_families_answers_to_both() {
    let loopback = loopback();
    let both = loopback
        .claim(Transport::Tcp, Family::V6, 80, true)
        .unwrap();
    both.settle(1);
    assert_eq!(loopback.find(Transport::Tcp, Family::V4, 80), Some(1));
    // Whoever asks for one family alone is nearer.
    let v4 = loopback
        .claim(Transport::Tcp, Family::V4, 80, false)
        .unwrap();
    v4.settle(2);
    assert_eq!(loopback.find(Transport::Tcp, Family::V4, 80), Some(2));
    assert_eq!(loopback.find(Transport::Tcp, Family::V6, 80), Some(1));
    let only = loopback.claim(Transport::Tcp, Family::V6, 81, false);
    only.as_ref().unwrap().settle(3);
    assert_eq!(loopback.find(Transport::Tcp, Family::V4, 81), None);
}

#[test]
fn ports_that_are_left_to_us_differ_and_come_to_an_end() {
    let loopback = loopback();
    let all: Vec<_> = EPHEMERAL
        .map(|_| loopback.claim(Transport::Udp, Family::V4, 0, false))
        .collect();
    let ports: HashSet<_> = all.iter().flatten().map(Bound::port).collect();
    assert_eq!(ports.len(), EPHEMERAL.count());
    assert!(
        loopback
            .claim(Transport::Udp, Family::V4, 0, false)
            .is_none()
    );
    drop(all);
    assert!(
        loopback
            .claim(Transport::Udp, Family::V4, 0, false)
            .is_some()
    );
}

#[test]
fn sandboxes_have_addresses_of_their_own_and_give_them_back() {
    let homes: Arc<Homes> = Arc::default();
    let all: Vec<_> = (0..100)
        .map(|_| Loopback::new(Arc::clone(&homes)))
        .collect();
    let drawn: HashSet<_> = all.iter().map(|loopback| loopback.home()).collect();
    assert!(drawn.iter().all(|home| home.is_loopback()));
    if is_there(Ipv4Addr::new(127, 7, 7, 7)) {
        assert_eq!(drawn.len(), all.len());
        assert!(!drawn.contains(&Ipv4Addr::LOCALHOST));
    }
    assert_eq!(all[0].home(), all[0].home());
    drop(all);
    assert!(homes.lock().is_empty());
}

proptest! {
    #[test]
    fn the_table_equals_a_plain_map(steps in proptest::collection::vec((0_u16..4, 0_u16..6, any::<bool>(), any::<bool>()), 0..60)) {
        let loopback = loopback();
        let mut held: HashMap<(Transport, Family, u16), (Bound, u16)> = HashMap::new();
        for (host, (kind, port, release, _)) in (1_u16..).zip(steps) {
            let transport = if kind % 2 == 0 { Transport::Tcp } else { Transport::Udp };
            let family = if kind < 2 { Family::V4 } else { Family::V6 };
            let key = (transport, family, port + 1);
            if release {
                held.remove(&key);
            } else {
                let claimed = loopback.claim(transport, family, port + 1, false);
                prop_assert_eq!(claimed.is_some(), !held.contains_key(&key));
                if let Some(bound) = claimed {
                    bound.settle(host);
                    held.insert(key, (bound, host));
                }
            }
            for transport in [Transport::Tcp, Transport::Udp] {
                for family in [Family::V4, Family::V6] {
                    for port in 1..7 {
                        let known = held.get(&(transport, family, port)).map(|(_, host)| *host);
                        prop_assert_eq!(loopback.find(transport, family, port), known);
                    }
                }
            }
        }
    }
}
