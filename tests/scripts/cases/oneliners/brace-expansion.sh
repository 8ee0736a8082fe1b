echo {a,b,c}{1..3} file{01..03}.txt {z..w} {0..20..5}; mkdir -p proj/{src,tests,docs}; ls proj
