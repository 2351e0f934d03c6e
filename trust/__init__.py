"""What there is to trust: measurements of the library, and the page that reports them."""
