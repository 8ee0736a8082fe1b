cat > app.log <<'EOF'
{"t":"10:00","level":"info","msg":"start","ms":12}
{"t":"10:01","level":"error","msg":"db \"main\" down","ms":300,"code":7}
not json at all
{"t":"10:02","level":"info","msg":"retry","ms":44}
{"t":"10:03","level":"error","msg":"db down","ms":5}
EOF
jq -R -c 'fromjson? | select(.level == "error") | {t, code}' app.log
jq -R 'fromjson? | .ms' app.log | paste -sd+ | bc
jq -R -s -r '[split("\n")[] | fromjson?] | group_by(.level)[] | "\(.[0].level) \(length) max \(map(.ms) | max)"' app.log
jq -R -r 'fromjson? // empty | [.t, .level, .msg] | @csv' app.log
jq -R -n '[inputs | fromjson? | select(.ms > 40)] | length' app.log
jq -c . app.log >/dev/null 2>&1 || echo "strict reading fails"
jq -R -r 'try (fromjson | .msg) catch "bad line"' app.log
