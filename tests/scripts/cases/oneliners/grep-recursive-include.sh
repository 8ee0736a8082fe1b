mkdir -p web/js web/css; echo 'const color = "red";' > web/js/a.js; echo 'a { color: red }' > web/css/a.css
grep -rn --include='*.js' color web; grep -rl color web | sort
