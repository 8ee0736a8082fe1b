shopt -s globstar extglob
mkdir -p a/b/c x; touch a/1.js a/b/2.js a/b/c/3.ts x/4.js top.js
echo **/*.js; echo a/**/; printf '%s\n' a/**
echo !(*.js); echo @(top|bottom).js; echo a/b/+([0-9]).js; echo ?(t)op.js; echo x/*([0-9]).j?
s=aaabbb; echo "${s##+(a)} ${s%%*(b)}"; s="  trim  "; s="${s##+([[:space:]])}"; echo "[${s%%+([[:space:]])}]"
case foo.log in !(*.txt)) echo "not text" ;; esac
