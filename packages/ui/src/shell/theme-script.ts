/** Script for the head of the page: sets a chosen theme before the first paint, so that nothing flashes. */
export const themeScript = "try{var t=localStorage.getItem('trellis-theme');if(t==='dark'||t==='light')document.documentElement.dataset.theme=t}catch(e){}";
