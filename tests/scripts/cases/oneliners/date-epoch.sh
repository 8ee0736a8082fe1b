date -u -d @0 +%Y-%m-%dT%H:%M:%SZ; date -u -d '2024-02-28 +2 days' +%F
