printf 'a\nb\nc\n' > f; patch -s f <<'EOF' && cat f
--- f
+++ f
@@ -1,3 +1,3 @@
 a
-b
+B
 c
EOF
