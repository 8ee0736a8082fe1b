printf 'abc' | b3sum | cut -d' ' -f1; printf abc > f; b3sum f; b3sum f > sums; b3sum --check sums
