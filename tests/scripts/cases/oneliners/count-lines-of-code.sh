mkdir -p src/deep; seq 10 > src/a.rs; seq 25 > src/deep/b.rs; seq 3 > src/readme.md
find src -name '*.rs' -exec cat {} + | wc -l
