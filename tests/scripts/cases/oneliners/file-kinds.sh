printf 'plain\n' > t.txt; : > empty; mkdir d; file -b t.txt; file -b empty; file -b d
