"""What is asked, how it is marked, recorded and reported. Free of torch and of Textual."""
