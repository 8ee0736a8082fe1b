: > e
for c in \
    'cat e' 'wc -l < e' 'sort e' 'uniq e' 'head -1 e' 'tail -1 e' 'tac e' 'rev e' 'cut -f1 e' \
    'tr a b < e' 'sed s/a/b/ e' 'awk {print} e' 'nl e' 'paste e' 'fold e' 'fmt e' 'od e' \
    'xxd e' 'base64 e' 'md5sum e' 'cmp e e' 'diff e e' 'comm e e' 'join e e' 'split e' \
    'expand e' 'jq . e' 'bc e' 'grep -c x e' 'shuf e' 'tee < e' 'gzip -c e | zcat' \
    'xargs -r echo < e' 'sort -u e' 'cksum e' 'bash e' '. ./e'; do
    printf '%s: ' "$c"; eval "$c" | paste -sd'|'; echo "  ${PIPESTATUS[0]}"
done
