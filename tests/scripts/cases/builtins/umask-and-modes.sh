umask; umask 077; touch private; mkdir pd; umask 022
touch public; stat -c '%a %n' private pd public
umask -S; (umask u=rwx,g=rx,o=; umask); umask; umask 0
: > open; stat -c %a open
