"""The JavaScript modules of the page; browser.site makes a page of them that needs no server."""
