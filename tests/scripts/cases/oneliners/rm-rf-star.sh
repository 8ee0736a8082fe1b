mkdir -p junk/a/b; touch junk/a/b/c junk/.h; rm -rf junk/*; ls -A junk; rm -rf junk; [ -e junk ] || echo gone
