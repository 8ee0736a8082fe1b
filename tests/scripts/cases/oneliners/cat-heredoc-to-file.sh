cat > hello.py <<'EOF'
def main():
    print("hello $USER `whoami`")

main()
EOF
wc -l hello.py; cat hello.py
