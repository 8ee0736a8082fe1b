printf 'Hi\n\x00\xff' | xxd; printf 'Hi' | od -An -tx1
