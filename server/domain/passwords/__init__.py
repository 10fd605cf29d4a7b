"""Passwords: hashing them, hashes that other systems made, and the rules that they have to keep.

`hasher` hashes and verifies; `imported` and `stored` turn another system's hash into what is stored;
`policy` holds a project's rules; `opaque` says which texts are passwords at all.
"""
