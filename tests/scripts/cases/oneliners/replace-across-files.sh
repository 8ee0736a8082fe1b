mkdir src; echo 'import old_name' > src/a.py; echo 'old_name.run()' > src/b.py; echo nothing > src/c.py
grep -rl old_name src | xargs sed -i 's/old_name/new_name/g'
grep -rn new_name src | sort
grep -rc old_name src | sort
