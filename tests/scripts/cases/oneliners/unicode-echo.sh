echo 'héllo wörld ☃ 日本語 🎉'; printf '%s\n' 'naïve' | wc -m; echo "ÀÉ" | sed 's/À/A/'; v='日本'; echo "${#v}"
