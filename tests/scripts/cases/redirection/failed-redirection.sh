echo x > no/such/dir/f; echo "code $?"; mkdir d
echo x > d; echo "code $?"; cat < nothing | wc -l
: < nothing; echo "code $?"
{ echo not run; } < nothing || echo "group skipped"
exec 3< nothing || echo "not reached in posix mode"
echo end
