mkdir -p t/u; touch t/a.tmp t/u/b.tmp t/keep; find t -name '*.tmp' -delete; find t | sort
