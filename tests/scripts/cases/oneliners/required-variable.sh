(echo "${MUST_BE_SET:?is missing}"); echo "code $?"
