//! Users and groups, from `/etc/passwd` and `/etc/group`.

use std::collections::HashMap;
use std::fs;

use belljar_sys::posix;

/// A line of `/etc/passwd`.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// What is known.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    pub(crate) users: Vec<User>,
    /// Name, number, and names of members.
    pub(crate) groups: Vec<(String, u32, Vec<String>)>,
    owners: HashMap<u32, String>,
}

impl Accounts {
    pub(crate) fn load() -> Self {
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let group = fs::read_to_string("/etc/group").unwrap_or_default();
        let mut accounts = Self::parse(&passwd, &group);
        let (uid, gid) = (posix::uid(), posix::gid());
        if !accounts.users.iter().any(|user| user.uid == uid) {
            let name = posix::user_name();
            accounts.users.push(User { name, uid, gid });
        }
        if !accounts.groups.iter().any(|group| group.1 == gid) {
            accounts.groups.push((posix::user_name(), gid, Vec::new()));
        }
        accounts
    }

    fn parse(passwd: &str, group: &str) -> Self {
        let users = passwd.lines().filter_map(|line| {
            let mut fields = line.split(':');
            Some(User {
                name: fields.next()?.to_owned(),
                uid: fields.nth(1)?.parse().ok()?,
                gid: fields.next()?.parse().ok()?,
            })
        });
        let groups = group.lines().filter_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?.to_owned();
            let number = fields.nth(1)?.parse().ok()?;
            let members = fields.next().unwrap_or_default();
            let members = members.split(',').filter(|name| !name.is_empty());
            Some((name, number, members.map(str::to_owned).collect()))
        });
        Self {
            users: users.collect(),
            groups: groups.collect(),
            owners: HashMap::new(),
        }
    }

    /// The name of a user, or the number if there is none.
    pub(crate) fn user(&mut self, uid: u32) -> &str {
        let users = &self.users;
        self.owners.entry(uid).or_insert_with(|| {
            let found = users.iter().find(|user| user.uid == uid);
            found.map_or_else(|| uid.to_string(), |user| user.name.clone())
        })
    }

    pub(crate) fn group(&self, gid: u32) -> String {
        let found = self.groups.iter().find(|group| group.1 == gid);
        found.map_or_else(|| gid.to_string(), |group| group.0.clone())
    }

    pub(crate) fn user_named(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|user| user.name == name)
    }

    pub(crate) fn group_named(&self, name: &str) -> Option<u32> {
        let found = self.groups.iter().find(|group| group.0 == name);
        found.map(|group| group.1)
    }

    /// The groups that a user is in, its own first.
    pub(crate) fn groups_of(&self, user: &User) -> Vec<u32> {
        let mut groups = vec![user.gid];
        for (_, number, members) in &self.groups {
            if members.contains(&user.name) && !groups.contains(number) {
                groups.push(*number);
            }
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_accounts_are_read() {
        let accounts = Accounts::parse(
            "root:x:0:0:root:/root:/bin/sh\nbad\nme:x:1000:1000::/home/me:/bin/sh\n",
            "root:x:0:\nme:x:1000:\nextra:x:20:me,root\n",
        );
        let me = accounts.user_named("me").unwrap();
        assert_eq!((me.uid, accounts.groups_of(me)), (1000, vec![1000, 20]));
        assert_eq!(accounts.group(20), "extra");
        assert_eq!(accounts.group(7), "7");
    }
}
