printf 'debug = true\nport = 80\n' > app.conf; sed -i 's/^port = .*/port = 8080/' app.conf && cat app.conf
