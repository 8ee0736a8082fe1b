mkdir d; echo 1 > d/one; echo 2 > d/two
tar czf d.tgz d && tar tzf d.tgz | sort && rm -r d && tar xzf d.tgz && cat d/two
