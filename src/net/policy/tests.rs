//! Addresses of every kind, one by one and at random.

use proptest::prelude::*;

use super::*;

const OUTSIDE: Policy = Policy { private: false };
const INSIDE: Policy = Policy { private: true };

fn permits(policy: Policy, address: &str) -> bool {
    policy.permits(address.parse().unwrap())
}

#[test]
fn the_public_internet_is_permitted() {
    for address in [
        "1.1.1.1",
        "8.8.8.8",
        "93.184.216.34",
        "99.255.255.255",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2001:4860:4860::8888",
        "2a00:1450:4001:800::200e",
        "::ffff:1.1.1.1",
        "64:ff9b::1.1.1.1",
        "2002:101:101::1",
    ] {
        assert!(permits(OUTSIDE, address), "{address}");
        assert!(permits(INSIDE, address), "{address}");
    }
}

#[test]
fn private_networks_are_permitted_only_where_the_server_says_so() {
    for address in [
        "10.0.0.0",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "192.168.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "2001:db8::1",
        "2001:2::1",
        "3fff::1",
        "fc00::1",
        "fdff:ffff::1",
        "::ffff:10.0.0.1",
        "::ffff:0:192.168.1.1",
        "64:ff9b::10.0.0.1",
        "2002:a00:1::1",
        "2001:0:1:2:3:4:f5ff:fffe",
    ] {
        assert!(!permits(OUTSIDE, address), "{address}");
        assert!(permits(INSIDE, address), "{address}");
    }
}

#[test]
fn what_is_no_single_host_or_the_host_itself_is_never_permitted() {
    for address in [
        "0.0.0.0",
        "0.1.2.3",
        "127.0.0.1",
        "127.0.0.53",
        "127.255.255.254",
        "169.254.169.254",
        "169.254.0.0",
        "192.0.0.8",
        "192.88.99.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::10.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::1.1.1.1",
        "64:ff9b:1::192.168.0.1",
        "2002:7f00:1::1",
        "2002:a9fe:a9fe::",
        "2001:0:1:2:3:4:80ff:fffe",
        "100::1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "4000::1",
    ] {
        assert!(!permits(OUTSIDE, address), "{address}");
        assert!(!permits(INSIDE, address), "{address}");
    }
}

proptest! {
    #[test]
    fn every_form_of_an_ipv4_address_is_judged_like_the_address(octets: [u8; 4], private: bool) {
        let policy = Policy { private };
        let v4 = Ipv4Addr::from(octets);
        let [a, b, c, d] = octets;
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let forms = [
            v4.to_ipv6_mapped(),
            Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
            Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
            Ipv6Addr::new(0x2001, 0, 1, 2, 3, 4, !high, !low),
        ];
        for form in forms {
            prop_assert_eq!(policy.permits(form.into()), policy.permits(v4.into()), "{} {}", form, v4);
        }
    }

    #[test]
    fn what_the_standard_library_calls_special_is_never_permitted(bits: u32, long: u128) {
        let v4 = Ipv4Addr::from(bits);
        let special = v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
            || v4.is_broadcast() || v4.is_unspecified();
        if special || v4.is_private() || v4.is_documentation() {
            prop_assert!(!OUTSIDE.permits(v4.into()));
        }
        prop_assert_eq!(special && INSIDE.permits(v4.into()), false);
        let v6 = Ipv6Addr::from(long);
        if v6.is_loopback() || v6.is_multicast() || v6.is_unspecified()
            || v6.is_unicast_link_local() {
            prop_assert!(!INSIDE.permits(v6.into()));
        }
    }

    #[test]
    fn allowing_more_never_forbids_anything(long: u128) {
        let v6 = IpAddr::from(Ipv6Addr::from(long));
        prop_assert!(!OUTSIDE.permits(v6) || INSIDE.permits(v6));
    }
}
